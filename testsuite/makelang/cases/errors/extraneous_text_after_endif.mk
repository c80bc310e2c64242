ifdef x
endif what
all: ; @echo fine
