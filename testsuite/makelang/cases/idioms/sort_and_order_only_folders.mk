objs := b/x.o a/y.o b/z.o
dirs := $(sort $(dir $(objs)))
all: $(objs) ; @echo $(dirs)
$(objs): | $(dirs) ; @touch $@; echo $@
$(dirs): ; @mkdir -p $@; echo mkdir $@
