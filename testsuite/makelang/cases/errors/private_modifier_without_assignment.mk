private
all: ; @echo fine
