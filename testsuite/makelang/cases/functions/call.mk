reverse = $(2) $(1)
$(info $(call reverse,a,b) [$(call reverse,a)] [$(call reverse,a,b,c)])
all: ; @:
