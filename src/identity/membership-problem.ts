/** The box is not, or already, or no longer readably, a member of an overlay; the message says what to do. */
export class MembershipProblem extends Error {
  override readonly name = 'MembershipProblem'
}
