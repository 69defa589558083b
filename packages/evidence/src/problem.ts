/** What is not as it was signed. */
export interface PackProblem {
  file: string;
  /** The id of the audit event, when it is about one. */
  event: number | null;
  /** A sentence for people. */
  detail: string;
}
