# args: case=1
# args: case=2
# args: case=3
# args: case=4
# args: case=5
ifeq ($(case),1)
v := $(patsubst a)
else ifeq ($(case),2)
v := $(filter a)
else ifeq ($(case),3)
v := $(foreach x,a)
else ifeq ($(case),4)
v := $(if x)
else
v := $(join a)
endif
all: ; @:
