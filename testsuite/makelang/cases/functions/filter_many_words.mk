words := a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f
$(info $(filter z y x c b a m n o p q,$(words)))
$(info $(filter-out z y x c b a m n o p q,$(words)))
all: ; @:
