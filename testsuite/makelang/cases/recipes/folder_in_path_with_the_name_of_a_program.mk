# args: -k folder parent plain
# A folder that the search along PATH meets is taken for the program; a file that cannot be executed is not.
export PATH := $(CURDIR)/early:/usr/bin:/bin
$(shell mkdir -p early/true && touch early/false)
folder:
	true x
parent:
	..
plain:
	false x
