import { type Instance, instanceIdSchema } from '@cbcr/domain';

/** An instance that nothing selects, for what holds whoever it is. */
export const anybody: Omit<Instance, 'connection' | 'home'> = {
  id: instanceIdSchema.parse('an-instance'),
  engine: '',
  dataClass: '',
  labels: {},
};
