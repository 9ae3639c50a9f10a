import assert from 'node:assert/strict';
import fc from 'fast-check';
import { durabilities, incompatiblePolicy, type QosProfile, qosPresets, reliabilities } from '../../../lib/ros/qos';
import { qosForPublisher, qosForSubscriber, unfitPolicy } from '../../../lib/ros/qos-match';

const reliable: QosProfile = qosPresets.default;
const sensor: QosProfile = qosPresets.sensor_data;
const latched: QosProfile = { ...reliable, durability: 'transient_local', depth: 1 };

const anyQos: fc.Arbitrary<QosProfile> = fc.record(
	{
		reliability: fc.constantFrom(...reliabilities),
		durability: fc.constantFrom(...durabilities),
		history: fc.constant('keep_last' as const),
		depth: fc.integer({ min: 1, max: 100 }),
		deadline: fc.integer({ min: 1, max: 1000 }),
	},
	{ requiredKeys: ['reliability', 'durability', 'history', 'depth'] },
);

describe('the QoS that fits the other side', () => {
	it('of a subscriber is the strongest that all publishers offer', () => {
		assert.equal(qosForSubscriber([]).qos, 'default');
		assert.equal(qosForSubscriber([reliable, reliable]).qos, 'default');
		assert.equal(qosForSubscriber([sensor]).qos, 'sensor_data');
		assert.equal(qosForSubscriber([reliable, sensor]).qos, 'sensor_data');
		assert.equal(qosForSubscriber([latched, reliable]).qos, 'default');
		assert.deepEqual(qosForSubscriber([latched, latched]), { qos: 'custom', profile: { ...latched, depth: 10 } });
		assert.equal(qosForSubscriber([{ ...latched, depth: 100 }]).profile.depth, 100);
		const unreliable: QosProfile = { ...latched, reliability: 'best_effort' };
		assert.equal(qosForSubscriber([unreliable, latched]).profile.reliability, 'best_effort');
	});

	it('of a publisher satisfies all subscriptions, and promises no more than one asks', () => {
		assert.equal(qosForPublisher([]).qos, 'default');
		assert.equal(qosForPublisher([sensor, reliable]).qos, 'default');
		assert.deepEqual(qosForPublisher([sensor, latched]), { qos: 'custom', profile: latched });
		const hurried = qosForPublisher([{ ...sensor, deadline: 50 }, { ...sensor, deadline: 20 }, sensor]);
		assert.deepEqual(hurried, { qos: 'custom', profile: { ...reliable, deadline: 20 } });
	});

	it('fits whatever is there', () => {
		fc.assert(
			fc.property(fc.array(anyQos), (others) => {
				assert.equal(unfitPolicy(qosForSubscriber(others).profile, 'publishers', others), undefined);
				assert.equal(unfitPolicy(qosForPublisher(others).profile, 'subscriptions', others), undefined);
			}),
		);
	});

	it('of a subscriber cannot ask more without losing a publisher', () => {
		fc.assert(
			fc.property(fc.array(anyQos, { minLength: 1 }), (others) => {
				const { profile } = qosForSubscriber(others);
				const stronger: QosProfile[] = [
					{ ...profile, reliability: 'reliable' },
					{ ...profile, durability: 'transient_local' },
				];
				for (const more of stronger) {
					const isSame = more.reliability === profile.reliability && more.durability === profile.durability;
					if (!isSame) assert.notEqual(unfitPolicy(more, 'publishers', others), undefined);
				}
			}),
		);
	});

	it('names the policy that does not fit', () => {
		assert.equal(unfitPolicy(reliable, 'publishers', [reliable, sensor]), 'reliability');
		assert.equal(unfitPolicy(sensor, 'publishers', [reliable, sensor]), undefined);
		assert.equal(unfitPolicy(sensor, 'subscriptions', [reliable]), 'reliability');
		assert.equal(unfitPolicy(reliable, 'subscriptions', [latched]), 'durability');
		assert.equal(incompatiblePolicy(reliable, { ...reliable, deadline: 100 }), 'deadline');
		assert.equal(incompatiblePolicy({ ...reliable, deadline: 200 }, { ...reliable, deadline: 100 }), 'deadline');
		assert.equal(incompatiblePolicy({ ...reliable, deadline: 100 }, { ...reliable, deadline: 100 }), undefined);
		assert.equal(incompatiblePolicy({ ...reliable, deadline: 100 }, reliable), undefined);
	});
});
