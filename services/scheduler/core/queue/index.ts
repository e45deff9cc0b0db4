export { Queue } from './queue'
export { byTurn, turnOf } from './turn'
