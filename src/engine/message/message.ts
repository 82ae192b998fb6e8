// The model of a SIP message. This is the seam between the parser, the transaction layer and the cores; its shape is
// agreed, its insides are to be made fast.
