export { Queue } from './queue'
export { byTurn, isAlone, isWaiting, priorityOf, turnOf } from './turn'
