import assert from 'node:assert/strict';
import { Hub } from '../../../../lib/ros/embedded/hub';
import type { EndpointEvent } from '../../../../lib/ros/graph';
import { type QosProfile, qosPresets } from '../../../../lib/ros/qos';
import { SimulatedClock } from '../../rtps/simulation';

const type = 'std_msgs/msg/String';
const qos: QosProfile = { ...qosPresets.default, deadline: 100 };

describe('the deadline of a subscription', () => {
	const open = () => {
		const clock = new SimulatedClock();
		const hub = new Hub(clock);
		const missed: number[] = [];
		const onEvent = (event: EndpointEvent) => {
			if (event.kind === 'deadline') missed.push(event.total);
		};
		const subscribe = () =>
			hub.subscribe(
				'/a',
				type,
				qos,
				() => {},
				() => {},
				{ onEvent },
			);
		const advertise = () => hub.advertise('/a', type, qos, () => clock.date());
		return { clock, missed, subscribe, advertise };
	};
	const message = Uint8Array.of(0, 1, 0, 0);

	it('is missed each time that no message of a publisher of this process came in it', () => {
		const { clock, missed, subscribe, advertise } = open();
		subscribe();
		clock.run(500);
		assert.deepEqual(missed, [], 'nobody has promised anything yet');
		const publisher = advertise();
		for (let i = 0; i < 5; i++) {
			clock.run(90);
			publisher.publish(message);
		}
		assert.deepEqual(missed, []);
		clock.run(250);
		assert.deepEqual(missed, [1, 2]);
		publisher.publish(message);
		clock.run(90);
		assert.deepEqual(missed, [1, 2]);
	});

	it('ends with the publisher and with the subscription', () => {
		const { clock, missed, subscribe, advertise } = open();
		const subscription = subscribe();
		advertise().close();
		clock.run(500);
		assert.deepEqual(missed, []);
		advertise();
		subscription.close();
		clock.run(500);
		assert.deepEqual(missed, []);
	});
});
