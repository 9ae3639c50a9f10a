import { checkNumber } from '../../lib/check';
import { discoveryRanges, parseStaticPeers } from '../../lib/ros/discovery';
import { checkNamespace, checkNodeName } from '../../lib/ros/names';
import { distributions } from '../../lib/ros/types/distributions';
import { boolean, choice, type Property, text } from '../shared/properties';

/** Empty takes ROS_DOMAIN_ID, as any ROS 2 node does. */
const domainId: Property<number | undefined> = {
	value: '',
	parse: (name, saved) =>
		saved === '' || saved === undefined
			? undefined
			: checkNumber(name, typeof saved === 'string' ? Number(saved) : saved, { min: 0, max: 232, integer: true }),
};

export const properties = {
	name: text(''),
	nodeName: text('node_red', checkNodeName),
	namespace: text('/', (name, value) => checkNamespace(name, value === '' ? '/' : value)),
	domainId,
	/** `auto`: native where ROS 2 and rclnodejs are there, embedded elsewhere. */
	transport: choice('auto', ['auto', 'native', 'embedded']),
	/** Whose definitions and conventions to use where the distributions differ. */
	distribution: choice(distributions[0], distributions),
	/** Empty takes ROS_AUTOMATIC_DISCOVERY_RANGE, or ROS 2's own default. */
	discoveryRange: choice('', ['', ...discoveryRanges]),
	/** Empty takes ROS_STATIC_PEERS. */
	staticPeers: text('', (name, value) => (value === '' ? undefined : parseStaticPeers(name, value))),
	/** Take the time from /clock, as `use_sim_time` of ROS 2 does. */
	useSimTime: boolean(false),
	/** Folders of the user's own interface files, one a line; relative ones are in the user directory. */
	messageFolders: text('', (_name, value) =>
		value
			.split('\n')
			.map((folder) => folder.trim())
			.filter((folder) => folder !== ''),
	),
};
