# args: all
$(info $(notdir $(CURDIR)) $(origin CURDIR))
all: ; @test "$(CURDIR)" = "`pwd`" && echo same
