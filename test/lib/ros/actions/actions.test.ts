import { network, oneGraph } from '../places';
import { conformActions } from './conform';

describe('an action in one graph', () => conformActions(oneGraph));
describe('an action over the embedded transport', () => conformActions(network));
