#include "kbx/ninja/metadata_graph.h"

#include "testsuite/unit/temporary_folder.h"
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "kbx/base/hash.h"
#include "kbx/base/text.h"
#include "kbx/ninja/modpost_order.h"
#include "kbx/ninja/writer.h"

using namespace kbx;
using namespace kbx::ninja;
using kbuild::Action;
using kbuild::ActionKind;
using kbuild::Plan;
using kbuild::Step;

namespace {

const std::string plain_command =
    "gcc -Wp,-MMD,/out/.%.mod.o.d -nostdinc -I./include -O2 "
    "-DKBUILD_BASENAME='\"%.mod\"' -DKBUILD_MODNAME='\"%\"' "
    "-D__KBUILD_MODNAME=kmod_% -ffile-prefix-map=/out=/home/me "
    "-c -o /out/%.mod.o /out/%.mod.c";

Action metadata(const std::string& name, const std::string& command = plain_command) {
  Action action;
  action.kind = ActionKind::metadata;
  action.outputs = {"/out/" + name + ".mod.o"};
  action.inputs = {"/out/" + name + ".mod.c"};
  action.folder = "/tree";
  action.depfile = "/out/." + name + ".mod.o.d";
  action.steps = {{"cc_o_c", replace_all(command, "%", name), "CC [M]  " + name + ".mod.o",
                   Step::Save::dependencies, false}};
  return action;
}

Action modpost_of(const std::string& name) {
  Action action;
  action.kind = ActionKind::modpost;
  action.outputs = {"/out/Module.symvers", "/out/" + name + ".mod.c"};
  action.inputs = {"/out/" + name + ".o"};
  action.folder = "/tree";
  action.environment = 0;
  action.restat = true;
  action.steps = {
      {"modpost", "scripts/mod/modpost -o x a.o", "MODPOST x", Step::Save::command, false}};
  return action;
}

struct Scene {
  test::TemporaryFolder folder;
  Plan plan;
  Layout layout;

  explicit Scene(std::vector<Action> actions) {
    plan.actions = std::move(actions);
    for (Action& action : plan.actions) action.environment = 0;
    plan.environments = {{}};
    plan.folder = "/out";
    plan.source = "/home/me";
    plan.objtree = "/tree";
    layout.state = "/s";
    layout.kbx = "/bin/kbx";
    layout.tree.srctree = "/tree";
    layout.light_cmd_files = true;
    layout.template_cache = folder.path();
  }
  std::vector<MetadataGroup> groups() const { return metadata_groups(plan, layout); }
};

std::string changed(const std::string& from, const std::string& to) {
  return replace_all(plain_command, from, to);
}

}  // namespace

TEST_CASE("modules with the same command share one template") {
  const auto groups = Scene({metadata("a"), metadata("other_name")}).groups();
  REQUIRE(groups.size() == 1);
  REQUIRE(groups[0].members.size() == 2);
  CHECK(groups[0].members[1].name == "other_name");
  const auto request = read_request(groups[0].request);
  REQUIRE(request.has_value());
  CHECK(request->folder == "/tree");
  const std::string words = join(request->words, " ");
  CHECK(words.find("other_name") == std::string::npos);
  CHECK(words.find("/out") == std::string::npos);
  CHECK(words.find("-MMD,@DEPFILE@") != std::string::npos);
  CHECK(words.ends_with("-o @OBJECT@ @SOURCE@"));
}

TEST_CASE("another command, compiler or kernel makes another template") {
  const std::string key = Scene({metadata("a")}).groups().at(0).key;
  CHECK(Scene({metadata("b")}).groups().at(0).key == key);
  CHECK(Scene({metadata("a", changed("-O2", "-O2 -DMORE"))}).groups().at(0).key != key);
  Scene scene({metadata("a")});
  scene.plan.compiler_identity = "another";
  CHECK(scene.groups().at(0).key != key);
  scene.plan.compiler_identity = "";
  scene.plan.objtree = "/other";
  CHECK(scene.groups().at(0).key != key);
  Scene own({metadata("a"), metadata("b", changed("-O2", "-O2 -DFOR_B"))});
  CHECK(own.groups().size() == 2);
}

TEST_CASE("a command that names nothing by its place runs anywhere") {
  const std::string absolute = changed("-I./include", "-I/tree/include");
  Action action = metadata("a", absolute);
  action.folder = "/out/below";
  const auto request = read_request(Scene({action}).groups().at(0).request);
  CHECK(request->folder == "");
  action = metadata("a");
  action.folder = "/out/below";
  CHECK(read_request(Scene({action}).groups().at(0).request)->folder == "/out/below");
  for (const char* word : {"-include x.h", "-isystem inc", "-I inc", "-Binc", "@file"}) {
    CAPTURE(std::string(word));
    Action other = metadata("a", replace_all(absolute, "-O2", word));
    other.folder = "/out/below";
    CHECK(read_request(Scene({other}).groups().at(0).request)->folder == "/out/below");
  }
}

TEST_CASE("objtool and records have no say in a metadata object") {
  Action action =
      metadata("a", plain_command + " ; /tree/tools/objtool/objtool --orc /out/a.mod.o");
  action.steps.push_back({"gen_objtooldep", "echo >> .cmd", "", Step::Save::nothing, false});
  action.steps.push_back({"gen_symversions_c",
                          "if nm a.o 2>/dev/null | grep -q __ksymtab; then  x | y; fi", "",
                          Step::Save::nothing, false});
  CHECK(Scene({action}).groups().size() == 1);
}

TEST_CASE("what kbx cannot be sure of is the compiler's") {
  const auto refused = [](const Action& action) { return Scene({action}).groups().empty(); };
  for (const std::string& command :
       {changed("-O2", "-flto"), changed("-O2", "-flto=thin"), changed("-O2", "$(flags)"),
        changed("-O2", "`flags`"), changed("-O2", "\"$X\""), changed("-O2", "-I*"),
        changed("gcc", "X=1 gcc"), plain_command + "; strip /out/%.mod.o",
        plain_command + " > /dev/null", changed(" /out/%.mod.c", ""),
        changed("-o /out/%.mod.o", ""), changed("-DKBUILD_MODNAME='\"%\"'", "")}) {
    CAPTURE(command);
    CHECK(refused(metadata("a", command)));
  }
  Action checked = metadata("a");
  checked.steps.push_back({"checksrc", "sparse a.mod.c", "", Step::Save::nothing, false});
  CHECK(refused(checked));
  Action source = metadata("a");
  source.kind = ActionKind::compile;
  CHECK(refused(source));
  Scene off({metadata("a")});
  off.layout.template_cache = "";
  CHECK(off.groups().empty());
}

TEST_CASE("quoted words are no expansions") {
  const std::string quoted =
      changed("-O2", "-DX='\"a $b * (c)\"' -DY=\"\\\"two words\\\"\" '-DZ=~'");
  CHECK(Scene({metadata("a", quoted)}).groups().size() == 1);
}

TEST_CASE("what is common to all modules is made once as well") {
  Action common = metadata("x",
                           "gcc -I./include -DKBUILD_MODNAME='\".module-common.o\"' -c -o "
                           "/out/.module-common.o /tree/scripts/module-common.c");
  common.outputs = {"/out/.module-common.o"};
  common.inputs = {"/tree/scripts/module-common.c"};
  const Scene scene({common, metadata("a")});
  const auto groups = scene.groups();
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].kind == TemplateRequest::Kind::common_object);
  const auto request = read_request(groups[0].request);
  CHECK(request->kind == TemplateRequest::Kind::common_object);
  CHECK(join(request->words, " ").ends_with("-o @OBJECT@ /tree/scripts/module-common.c"));
  const std::string text = ninja_text(scene.plan, scene.layout);
  CHECK(text.find("build /out/.module-common.o: metadata_template") != std::string::npos);
  CHECK(text.find("build /out/a.mod.o: metadata_objects /out/a.mod.c | /s/templates/") !=
        std::string::npos);
}

TEST_CASE("modpost makes the metadata objects at once") {
  Scene scene({modpost_of("a"), metadata("a")});
  scene.layout.state = scene.folder.path();
  const std::string state = scene.layout.state;
  const auto text = [&] { return ninja_text(scene.plan, scene.layout); };
  const std::string joined = text();
  CHECK(joined.find("build /out/Module.symvers /out/a.mod.c /out/a.mod.o: modpost /out/a.o | " +
                    state + "/templates/") != std::string::npos);
  const std::string command =
      "cmd = /bin/kbx modpost --tree . -o x a.o --metadata " + state + "/metadata/order\n";
  CHECK(joined.find(command) != std::string::npos);
  CHECK(joined.find(": metadata_objects") == std::string::npos);

  // With the same command, so that modpost does not run for that.
  create_file(scene.layout.file(apart_file));
  const std::string apart = text();
  CHECK(apart.find("build /out/Module.symvers /out/a.mod.c: modpost /out/a.o\n") !=
        std::string::npos);
  CHECK(apart.find(command) != std::string::npos);
  CHECK(apart.find("build /out/a.mod.o: metadata_objects /out/a.mod.c |") != std::string::npos);
}

TEST_CASE("modpost and the metadata objects stay apart where they have to") {
  const auto is_apart = [](Scene& scene) {
    const std::string text = ninja_text(scene.plan, scene.layout);
    return text.find(": metadata_objects") != std::string::npos &&
           text.find("--metadata") == std::string::npos;
  };
  Scene tree({modpost_of("a"), metadata("a")});
  tree.layout.tree_programs = true;
  CHECK(is_apart(tree));
  Scene several({modpost_of("a"), metadata("a"), metadata("b", changed("-O2", "-O3"))});
  CHECK(is_apart(several));
  Action warns = modpost_of("a");
  warns.steps.front().text.insert(0, "echo no list && ");
  Scene more({warns, metadata("a")});
  CHECK(is_apart(more));
  Action made = metadata("a");
  made.inputs.emplace_back("/out/made.h");
  Action maker;
  maker.outputs = {"/out/made.h"};
  maker.steps = {{"", "touch made.h", "", Step::Save::nothing, false}};
  maker.environment = 0;
  Scene between({modpost_of("a"), maker, made});
  CHECK(is_apart(between));
}

TEST_CASE("an order reads as it was written, and sees a text of another hand") {
  const Scene scene({});
  const std::string object = scene.folder.at("a.mod.o");
  const auto again = read_modpost_order(write_modpost_order({"t", "m", "e", {object, "b"}}));
  REQUIRE(again);
  CHECK(again->from == "t");
  CHECK(again->members == "m");
  CHECK(again->environment == "e");
  CHECK(again->objects == std::vector<std::string>{object, "b"});
  CHECK_FALSE(read_modpost_order(""));

  Layout layout;
  layout.state = scene.folder.path();
  CHECK_FALSE(set_apart_if_edited(layout));
  scene.folder.file(std::string(modpost_order_file),
                    write_modpost_order({"t", "m", "e", {object}}));
  CHECK_FALSE(set_apart_if_edited(layout));
  const std::string source = scene.folder.file("a.mod.c");
  scene.folder.file("a.mod.o");
  CHECK_FALSE(set_apart_if_edited(layout));
  const timespec later[2] = {{4'000'000'000, 0}, {4'000'000'000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, source.c_str(), later, 0) == 0);
  CHECK(set_apart_if_edited(layout));
  CHECK(exists(layout.file(apart_file)));
}

TEST_CASE("a template that is known not to be understood is not asked for") {
  const Scene scene({metadata("a")});
  const std::string key = scene.groups().at(0).key;
  const auto put = [&](const std::string& verdict) {
    const std::string body = verdict + "\n000000 \n";
    scene.folder.file(key + ".template", "kbx template 1 " + content_hash(body) + "\n" + body);
  };
  put("it has code");
  CHECK(is_known_to_fail(scene.layout.template_cache, key));
  CHECK(scene.groups().empty());
  put("understood");
  CHECK(scene.groups().size() == 1);
  scene.folder.file(key + ".template", "kbx template 1 0\nit has code\n000000 \n");
  CHECK(scene.groups().size() == 1);
}

TEST_CASE("a request reads as it was written") {
  TemplateRequest request;
  request.folder = "/f";
  request.objtree = "/o";
  request.srctree = "/s";
  request.made_by = "gcc 12";
  request.words = {"gcc", "-DX=a b", ""};
  const auto again = read_request(write_request(request));
  REQUIRE(again.has_value());
  CHECK(again->folder == "/f");
  CHECK(again->made_by == "gcc 12");
  CHECK(again->words == request.words);
  CHECK(!read_request(""));
  CHECK(!read_request("kbx template request 1\nmetadata\n"));
}
