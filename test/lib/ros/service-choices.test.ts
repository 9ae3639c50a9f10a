import assert from 'node:assert/strict';
import type { ServiceDescription } from '../../../lib/ros/graph';
import { serviceChoices } from '../../../lib/ros/service-choices';

const service = (name: string, servers: number, clients: number): ServiceDescription => ({
	service: name,
	typeNames: ['std_srvs/srv/Trigger'],
	servers,
	clients,
});

describe('the services to choose from', () => {
	const all = [
		service('/arm/_action/send_goal', 1, 0),
		service('/arm/get_parameters', 1, 0),
		service('/zero', 1, 1),
		service('/add', 2, 0),
		service('/missing', 0, 3),
	];

	it('are those with somebody on the other side, plumbing and hidden ones last', () => {
		assert.deepEqual(
			serviceChoices(all, 'servers').map((one) => one.service),
			['/add', '/zero', '/arm/get_parameters', '/arm/_action/send_goal'],
		);
		assert.deepEqual(
			serviceChoices(all, 'clients').map((one) => one.service),
			['/missing', '/zero'],
		);
	});
});
