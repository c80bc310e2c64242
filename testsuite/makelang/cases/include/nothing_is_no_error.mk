include
include $(nothing)
all: ; @echo fine
