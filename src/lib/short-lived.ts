/**
 * A function literal on its way to a property. One that is assigned there itself (`call.onEnd = () => …`), or that is the
 * value of a class field, V8 takes for a method and puts among its old objects at once. With it all that it captures,
 * such as a whole call, stays until the next full collection (docs/performance.md). The way through here makes it a
 * value like any other.
 */
export function shortLived<F extends (...parameters: never[]) => unknown>(literal: F): F {
  return literal
}
