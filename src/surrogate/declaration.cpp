#include "surrogate/declaration.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"

namespace sluice::surrogate {

namespace {

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw base::AgreedError("surrogates." + name + ": " + message);
}

std::string names_of(const std::vector<Channel>& channels) {
  std::string text;
  for (const Channel& channel : channels)
    text += (text.empty() ? "" : ", ") + channel.field + " [" + channel.unit + "]";
  return text;
}

std::string hash_of_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  if (!(content << stream.rdbuf())) throw base::AgreedError(file + ": cannot be read");
  return content_hash(content.str(), {});
}

void compare(const std::string& name, const char* kind, const std::vector<Channel>& declared,
             const std::vector<Channel>& held, const std::string& file, const std::string& who = "the case") {
  if (declared.empty()) return;
  if (declared.size() != held.size())
    fail(name, fmt::format("{} declares {} {} ({}), {} holds {} ({})", who, declared.size(), kind,
                           names_of(declared), file, held.size(), names_of(held)));
  for (std::size_t c = 0; c < held.size(); ++c) {
    if (declared[c].field != held[c].field)
      fail(name, fmt::format("{} {}: {} declares the field '{}', {} holds '{}'", kind, c, who,
                             declared[c].field, file, held[c].field));
    if (declared[c].unit != held[c].unit)
      fail(name, fmt::format("{}: '{}' is in [{}] in {}, in [{}] in {}", kind, declared[c].field,
                             declared[c].unit, who, held[c].unit, file));
  }
}

}  // namespace

void GuardParameters::declare(base::Parameters& p) {
  p.choice("policy", policy,
           {{"fallback", "a refused call is left out, the solver goes the classical way"},
            {"warn", "a call that is finite is used all the same, and counted"},
            {"stop", "the run ends with an error"}},
           {.help = "what happens when a check fails; values that are not finite are never used"});
  p.real("box_margin", box_margin,
         {.help = "inputs may lie outside the range of the training data by this part of its width",
          .minimum = 0.0});
  p.real("distance", distance,
         {.help = "largest Mahalanobis distance of a point's inputs from the training data (needs their mean "
                  "and covariance in the weights file)",
          .minimum = 0.0,
          .exclusive_minimum = true});
  p.real("outside", outside,
         {.help = "part of the points whose inputs may lie outside", .minimum = 0.0, .maximum = 1.0});
  p.choice("bounds", bounds, {{"limit", "set to the bound"}, {"refuse", "refuse the call"}},
           {.help = "what happens to outputs beyond their lower or upper value"});
  p.texts(
      "conserve", conserve,
      {.help = "outputs that are projected so that their integral over the grid is 0: names, or 'declared' "
               "for those whose integral the solver declares to be conserved"});
  p.real(
      "defect", defect,
      {.help =
           "largest |integral| of a conserved output before the projection, over the integral of its modulus",
       .minimum = 0.0,
       .maximum = 1.0});
  p.real("disagreement", disagreement,
         {.help = "of a committee: largest root mean square of its members' standard deviation over that of "
                  "their mean, for every output",
          .minimum = 0.0});
  p.real(
      "growth", growth,
      {.help = "largest rate at which a corrected field's sum of squares, or what the seat declares (energy, "
               "enstrophy), may grow by the surrogate, in parts per unit of the solver's time; beyond it "
               "the outputs are scaled down",
       .minimum = 0.0});
  p.integer("budget", budget,
            {.help = "refused calls in a row after which the surrogate is switched off; 0 for never",
             .minimum = 0});
}

void CommitteeMember::declare(base::Parameters& p) {
  p.file("weights", weights, {.help = "weights file", .required = true});
}

void Declaration::declare(base::Parameters& p) {
  p.file("weights", weights, {.help = "weights file; empty for untrained weights of `architecture`"});
  p.list(
      "committee", committee,
      {.help = "further members, of any architecture, with the same inputs and outputs: the mean of all is "
               "used, and where they differ most the projection on conservation laws changes most"});
  p.file("torchscript", torchscript, {.help = "TorchScript module (torch.jit.save), instead of weights"});
  p.choice("call", call,
           {{"pointwise", "given [points, input channels], it returns [points, output channels]"},
            {"block",
             "given [1, input channels, own points and `reach` more on each side of every axis], it returns "
             "[1, output channels, ...] of the same size, whose margin is cut off, or without the margin"}},
           {.help = "torchscript: how the module is called"});
  p.integer("reach", reach,
            {.help = "torchscript, block: points on each side that an output depends on", .minimum = 0});
  p.group("architecture", "the network; with `kind: file` nothing else counts here",
          [this](base::Parameters& g) { architecture.declare(g, true); });
  p.list("inputs", inputs, {.help = "what goes in, in the order of the file; left out, it is the file's"});
  p.list("outputs", outputs,
         {.help = "what comes out, in the order of the file; left out, it is the file's"});
  p.choice("precision", precision, {{"single", "float32"}, {"double", "float64"}},
           {.help = "arithmetic of the network"});
  p.integer("seed", seed, {.help = "of untrained weights", .minimum = 0});
  p.group("guard", "checks of every call", [this](base::Parameters& g) { guard.declare(g); });
}

Weights without_file(const std::string& name, const Declaration& declaration, int dimensions) {
  const bool script = !declaration.torchscript.empty();
  if (!script && declaration.architecture.kind == "file")
    fail(name,
         "has neither 'weights' nor the kind of an 'architecture' nor 'torchscript'; one of them is needed");
  if (declaration.inputs.empty() || declaration.outputs.empty())
    fail(name, "without a weights file, 'inputs' and 'outputs' are needed");
  Weights weights;
  weights.architecture = declaration.architecture;
  weights.inputs = declaration.inputs;
  weights.outputs = declaration.outputs;
  weights.note = "untrained";
  weights.dimensions = dimensions;
  if (script) {
    weights.note = "TorchScript";
    weights.script = {.file = declaration.torchscript,
                      .hash = hash_of_file(declaration.torchscript),
                      .pointwise = declaration.call == "pointwise",
                      .reach = declaration.call == "pointwise" ? 0 : declaration.reach};
    weights.check("surrogates." + name);
    return weights;
  }
  initialise(weights, static_cast<std::uint64_t>(declaration.seed));
  weights.check("surrogates." + name);
  return weights;
}

void check_against(const std::string& name, const Declaration& declaration, const Weights& weights,
                   const std::string& file) {
  if (declaration.architecture.kind != "file" && !declaration.architecture.same(weights.architecture))
    fail(name, fmt::format("the case declares {}, {} holds {}",
                           declaration.architecture.text(weights.inputs.size(), weights.outputs.size()), file,
                           weights.architecture.text(weights.inputs.size(), weights.outputs.size())));
  compare(name, "inputs", declaration.inputs, weights.inputs, file);
  compare(name, "outputs", declaration.outputs, weights.outputs, file);
}

void check_member(const std::string& name, const Weights& first, const Weights& member,
                  const std::string& file) {
  if (member.dimensions != first.dimensions)
    fail(name, fmt::format("the first member is for {} axes, {} for {}", first.dimensions, file,
                           member.dimensions));
  compare(name, "input", first.inputs, member.inputs, file, "the first member");
  compare(name, "output", first.outputs, member.outputs, file, "the first member");
}

}  // namespace sluice::surrogate
