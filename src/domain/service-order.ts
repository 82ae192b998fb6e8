import { costPerMinuteOf, freeOf, type OfferedService } from './service-record.ts'

/** Which of two services is to be used first: negative for the first one. Must be a total order. */
export type ServiceOrder = (one: OfferedService, other: OfferedService) => number

/** Nobody hears a difference of fewer milliseconds. */
const audibleMs = 20

/** This box's own first, then those that can take more, by price, by round trip, by room left; else by name. */
export const usualServiceOrder: ServiceOrder = (one, other) =>
  Number(other.isLocal) - Number(one.isLocal) ||
  Number(isUsable(other)) - Number(isUsable(one)) ||
  costPerMinuteOf(one.service) - costPerMinuteOf(other.service) ||
  distanceOf(one) - distanceOf(other) ||
  freeOf(other.service) - freeOf(one.service) ||
  (one.peerName < other.peerName ? -1 : Number(one.peerName > other.peerName))

/** It can be reached now and has room. */
export function isUsable({ isReachable, service }: OfferedService): boolean {
  return isReachable && freeOf(service) > 0
}

/** In steps, so that the room left decides among boxes that are about as near. What was not measured comes last. */
function distanceOf({ isLocal, roundTripMs }: OfferedService): number {
  if (isLocal) return 0
  return roundTripMs === undefined ? Number.MAX_SAFE_INTEGER : Math.floor(roundTripMs / audibleMs)
}
