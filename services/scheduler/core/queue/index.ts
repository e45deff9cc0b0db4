export { Queue } from './queue'
export { byTurn, isAlone, turnOf } from './turn'
