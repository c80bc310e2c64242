# args: a.three
%.two: %.one ; @:
%.three: %.two ; @:
