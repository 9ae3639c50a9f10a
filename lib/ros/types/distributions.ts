/** ROS 2 distributions whose definitions are bundled, newest first. Browser-safe, for the form that offers them. */
export const distributions = ['jazzy', 'iron', 'humble'] as const;

export type Distribution = (typeof distributions)[number];
