all: ; @false
