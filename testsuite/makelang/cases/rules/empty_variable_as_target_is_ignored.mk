$(nothing): dep ; @echo never
all: ; @echo all
