"a" "\"" L"x" u"y" U"z" u8"w" 'a' '\'' L'b' u'c' "a\\" u8 u L U
