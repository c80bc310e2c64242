# setup: mkdir lib; touch lib/libfoo.x
.LIBPATTERNS = lib%.x
vpath %.x lib
all: -lfoo ; @echo $^
