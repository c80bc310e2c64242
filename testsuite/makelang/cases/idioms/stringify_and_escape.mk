squote := '
comma := ,
stringify = $(squote)$(quote)$1$(quote)$(squote)
quote := "
name-fix-token = $(subst $(comma),_,$(subst -,_,$1))
name-fix = $(call stringify,$(call name-fix-token,$1))
basetarget = $(basename $(notdir $@))
all: dir/my-mod.name,x.o ; @:
dir/my-mod.name,x.o: ; @echo -DKBUILD_BASENAME=$(call name-fix,$(basetarget))
