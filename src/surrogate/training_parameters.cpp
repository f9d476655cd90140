#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "surrogate/trainer.hpp"

namespace sluice::surrogate {

void TrainingParameters::declare(base::Parameters& p) {
  p.integer("batch", batch, {.help = "samples a gradient step, of all ranks together", .minimum = 1});
  p.real("rate", rate, {.help = "learning rate of AdamW", .minimum = 0, .exclusive_minimum = true});
  p.integer(
      "halving", halving,
      {.help = "gradient steps after which the rate is halved, again and again; 0: never", .minimum = 0});
  p.real("weight_decay", weight_decay, {.help = "of AdamW", .minimum = 0});
  p.real("clip", clip,
         {.help = "largest norm of a gradient; beyond it it is scaled down; 0: none", .minimum = 0});
  p.choice("precision", precision, {{"single", "float32"}, {"double", "float64"}},
           {.help = "arithmetic of the gradients"});
  p.choice("normalise", normalise,
           {{"data",
             "shift and scale of every channel, range, mean and covariance of the inputs are taken from "
             "the samples at the first gradient step"},
            {"given", "as the weights have them"}},
           {.help = "normalisation of inputs and outputs"});
  p.choice(
      "augment", augment,
      {{"none", "samples as they are"},
       {"translations",
        "every sample of a batch is shifted by a whole number of points, drawn anew, along every "
        "periodic axis, inputs and targets alike: where equation, forcing and boundaries know no place"}},
      {.help = "what else is made of the samples that are trained on"});
  p.group("held_out", "what is never trained on", [this](base::Parameters& g) { held_out.declare(g); });
}

void TrainingParameters::check(const std::string& where, const grid::Grid& grid,
                               const Architecture& architecture) const {
  if (augment == "none") return;
  if (architecture.kind == "mlp")
    throw base::InputError(where +
                           ": augment: translations change nothing for an mlp, which is the same at every "
                           "point; allowed: none");
  bool any = false;
  for (const grid::Axis& axis : grid.axes) {
    if (!axis.periodic) continue;
    any = true;
    const double mean = axis.length() / static_cast<double>(axis.size());
    for (grid::Index i = 0; i < axis.size(); ++i)
      if (std::abs(axis.width(i) - mean) > 1e-9 * mean)
        throw base::InputError(fmt::format(
            "{}: augment: translations need points at equal distances; axis {} has cells of {:.6g} to a mean "
            "of {:.6g} {}",
            where, axis.name, axis.width(i), mean, axis.unit));
  }
  if (!any)
    throw base::InputError(where + ": augment: translations need a periodic axis; this grid has none");
}

}  // namespace sluice::surrogate
