// How the home's lines are.
import type { Network } from '../wire';
import { ask } from './api';
import { Resource } from './resource';

export const networkResource = (): Resource<Network> => new Resource<Network>(() => ask('GET', 'api/network'));
