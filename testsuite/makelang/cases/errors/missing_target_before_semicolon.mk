all: ; @:
; echo x
