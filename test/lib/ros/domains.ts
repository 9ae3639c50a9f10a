const first = 111;
const count = 9;
let next = process.pid % count;

/** A ROS domain for one test: what of the last test is still on the network is not met. */
export function nextDomain(): number {
	next = (next + 1) % count;
	return first + next;
}
