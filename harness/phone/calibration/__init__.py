"""An App that answers after planted delays, to hold a harness's clock to."""
