import { checkNumber } from '../../lib/check';
import { checkNamespace, checkNodeName } from '../../lib/ros/names';
import { choice, type Property, text } from '../shared/properties';

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
	transport: choice('embedded', ['embedded']),
	/** Folders of the user's own interface files, one a line; relative ones are in the user directory. */
	messageFolders: text('', (_name, value) =>
		value
			.split('\n')
			.map((folder) => folder.trim())
			.filter((folder) => folder !== ''),
	),
};
