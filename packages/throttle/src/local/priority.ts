/** Most urgent first. Within one process a less urgent byte waits as long as a more urgent one does. */
export const priorities = ['restore', 'backup', 'debt', 'rebalance', 'drill'] as const;
export type Priority = (typeof priorities)[number];

/** Bottleneck's priorities are 0 to 9, the most urgent lowest. */
export const rankOf = (priority: Priority): number => priorities.indexOf(priority);
