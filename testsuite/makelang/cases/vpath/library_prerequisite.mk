# setup: mkdir lib; touch lib/libfoo.a lib/libbar.so
VPATH = lib
all: -lfoo -lbar ; @echo $^
