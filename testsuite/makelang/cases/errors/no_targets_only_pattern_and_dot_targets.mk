%.o: ; @:
.hidden: ; @:
