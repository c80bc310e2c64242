include none.mk
-include none.mk

-include other.mk
