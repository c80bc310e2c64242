#ident "some $Id$"
a
