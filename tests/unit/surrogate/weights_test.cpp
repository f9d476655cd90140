#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "surrogate/declaration.hpp"

namespace sluice::surrogate {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Weights perceptron() {
  Weights weights;
  weights.architecture.hidden = {3};
  weights.inputs = {{.field = "u", .unit = "K"}, {.field = "v", .unit = "m"}};
  weights.outputs = {{.field = "u", .unit = "K s^-1"}};
  initialise(weights, 7);
  return weights;
}

TEST(Weights,
     hash_is_sha256) {  // FIPS 180-4's example "abc", and one of 56 bytes that needs a block of its own
  EXPECT_EQ(content_hash("abc", {}), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(content_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", {}),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Weights, hash_sees_every_value_name_and_shape) {
  const Weights weights = perceptron();
  const std::string whole = content_hash("d", weights.tensors);
  std::vector<Tensor> changed = weights.tensors;
  changed[2].values[1] = std::nextafter(changed[2].values[1], 1.0);
  EXPECT_NE(content_hash("d", changed), whole);
  changed = weights.tensors;
  std::swap(changed[0].shape[0], changed[0].shape[1]);
  EXPECT_NE(content_hash("d", changed), whole);
  changed = {weights.tensors.rbegin(), weights.tensors.rend()};
  EXPECT_EQ(content_hash("d", changed), whole);
}

TEST(Weights, description_reads_back) {
  Weights weights = perceptron();
  weights.inputs[1].lower = -0.1;
  weights.input_mean = {0.25, 1e-30};
  weights.note = "a \"quoted\" note";
  const std::string text = description_of(weights);
  const Weights again = parse_description(text, "test");
  EXPECT_EQ(description_of(again), text);
  EXPECT_EQ(again.inputs[1].lower, -0.1);
  EXPECT_TRUE(again.architecture.same(weights.architecture));
}

TEST(Weights, a_tensor_that_does_not_fit_is_refused_with_both_sides) {
  Weights weights = perceptron();
  weights.tensors[0].shape = {2, 3};
  EXPECT_THAT([&] { weights.check("w.h5"); },
              ThrowsMessage<base::AgreedError>(testing::AllOf(
                  HasSubstr("w.h5: the tensor 'layers.0.weight' is [2 x 3]"), HasSubstr("needs [3 x 2]"))));
  weights = perceptron();
  weights.tensors.pop_back();
  EXPECT_THAT([&] { weights.check("w.h5"); },
              ThrowsMessage<base::AgreedError>(
                  HasSubstr("'layers.1.bias' [1] that the architecture (mlp 2-3-1, gelu) needs is missing")));
  weights = perceptron();
  weights.tensors.push_back({.name = "layers.2.bias", .shape = {1}, .values = {0}});
  EXPECT_THAT([&] { weights.check("w.h5"); },
              ThrowsMessage<base::AgreedError>(HasSubstr("'layers.2.bias' is not part of the architecture")));
}

TEST(Weights, what_the_case_declares_is_compared_with_the_file) {
  const Weights weights = perceptron();
  Declaration declaration;
  declaration.architecture.kind = "file";
  EXPECT_NO_THROW(check_against("s", declaration, weights, "w.h5"));
  declaration.inputs = weights.inputs;
  declaration.inputs[1].unit = "km";
  EXPECT_THAT([&] { check_against("s", declaration, weights, "w.h5"); },
              ThrowsMessage<base::AgreedError>(
                  HasSubstr("surrogates.s: inputs: 'v' is in [km] in the case, in [m] in w.h5")));
  declaration.inputs = {weights.inputs[0]};
  EXPECT_THAT([&] { check_against("s", declaration, weights, "w.h5"); },
              ThrowsMessage<base::AgreedError>(
                  HasSubstr("the case declares 1 inputs (u [K]), w.h5 holds 2 (u [K], v [m])")));
  declaration.inputs.clear();
  declaration.architecture.kind = "mlp";
  declaration.architecture.hidden = {4};
  EXPECT_THAT([&] { check_against("s", declaration, weights, "w.h5"); },
              ThrowsMessage<base::AgreedError>(
                  HasSubstr("the case declares mlp 2-4-1, gelu, w.h5 holds mlp 2-3-1, gelu")));
}

TEST(Weights, number_of_parameters_and_reach) {
  Architecture fno;
  fno.kind = "fourier";
  fno.width = 6, fno.blocks = 2, fno.modes = {3, 4}, fno.projection = 5;
  std::int64_t count = 0;
  for (const TensorShape& tensor : tensor_shapes(fno, 2, 1, 2)) count += tensor.size();
  EXPECT_EQ(count, (2 * 6 + 6) + 2 * (6 * 6 * (2 * 3) * 4 * 2 + 6 * 6 + 6) + (6 * 5 + 5) + (5 + 1));
  Architecture cnn;
  cnn.kind = "convolutional";
  cnn.kernel = 5, cnn.hidden = {8, 8};
  EXPECT_EQ(cnn.reach(), 6);
  EXPECT_EQ(fno.reach(), -1);
  Architecture unet;
  unet.kind = "unet";
  unet.width = 3, unet.levels = 2, unet.kernel = 3;
  count = 0;
  for (const TensorShape& tensor : tensor_shapes(unet, 2, 1, 2)) count += tensor.size();
  const auto two = [](int in, int out) { return 9 * (in * out + out * out) + 2 * out; };
  EXPECT_EQ(count, two(2, 3) + two(3, 6) + two(6, 12) + two(18, 6) + two(9, 3) + 4);
  EXPECT_EQ(unet.text(2, 1), "unet 2 -> 1, width 3, 2 levels, kernel 3, gelu");
  Architecture other = unet;
  EXPECT_TRUE(other.same(unet));
  other.levels = 1;
  EXPECT_FALSE(other.same(unet));
  Architecture latent = unet;
  latent.kind = "latent_spectral";
  latent.heads = 3, latent.patch = 0;
  std::int64_t more = 0;
  for (const TensorShape& tensor : tensor_shapes(latent, 2, 1, 2)) more += tensor.size();
  const auto block = [](int v) { return 3 * v * v + 3 * v + v * (4 + 2 * 12 - 1); };
  EXPECT_EQ(more, count + block(3) + block(6) + block(12));
  EXPECT_EQ(
      latent.text(2, 1),
      "latent_spectral 2 -> 1, width 3, 2 levels, kernel 3, 4 tokens, 3 heads, basis 12, one patch, gelu");
  EXPECT_EQ(latent.reach(), -1);
  EXPECT_FALSE(latent.same(unet));
  cnn.kernel = 4;
  EXPECT_THROW(tensor_shapes(cnn, 1, 1, 1), base::AgreedError);
}

}  // namespace
}  // namespace sluice::surrogate
