"""A link laboratory: the server in one network, real browsers in others, an emulated link between them."""
