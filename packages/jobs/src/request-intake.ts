import type { RegionId, RequestId, RequestPayload, Run } from '@cbcr/domain';

/** What a producer put into a queue, and which queue it was. */
export interface QueuedRequest {
  readonly requestId: RequestId;
  readonly request: RequestPayload['request'];
  readonly kind: string;
  readonly region: RegionId;
}

/** Decides about requests of producers. The runtime's view of policy and catalog. */
export interface RequestIntake {
  /**
   * The run of the request, with its wake-up call, in one transaction; the same request id always gives the same run. A request that may not
   * become a run is refused with an error whose treatment is `never`.
   */
  accept(queued: QueuedRequest): Promise<Pick<Run, 'id' | 'kind' | 'region' | 'state' | 'priority'>>;
}
