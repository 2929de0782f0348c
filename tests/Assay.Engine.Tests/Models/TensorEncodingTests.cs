using Assay.Engine.Models;

namespace Assay.Engine.Tests.Models;

public sealed class TensorEncodingTests
{
    private static readonly NamedTensor[] Sample =
    [
        new("x", Tensor.From<float>(Shape.Of(2, 3), [1, -2, 0.5f, float.NaN, float.NegativeInfinity, -0f])),
        new("größe", Tensor.Scalar(7L)),
        new("", Tensor.Create(DType.Bool, Shape.Of(0, 4))),
    ];

    [Fact]
    public void Example_of_the_specification_is_what_it_says()
    {
        const string Expected = "61737361792f74656e736f72732f76310a0000000000000001" + "000000000000000178" + "0000000000000007666c6f61743332"
            + "00000000000000010000000000000002" + "00000000000000080000803f000000c0";
        var bytes = TensorEncoding.Encode([new("x", Tensor.From<float>(Shape.Of(2), [1, -2]))]);
        Assert.Equal(Expected, Convert.ToHexStringLower(bytes));
        Assert.Equal(81, bytes.Length);
    }

    [Fact]
    public void Decoding_gives_back_names_types_shapes_and_bytes()
    {
        var back = TensorEncoding.Decode(TensorEncoding.Encode(Sample));
        Assert.Equal(Sample.Select(t => t.Name), back.Select(t => t.Name));
        for (var i = 0; i < Sample.Length; i++)
        {
            Assert.Equal((Sample[i].Value.Type, Sample[i].Value.Shape), (back[i].Value.Type, back[i].Value.Shape));
            Assert.Equal(Sample[i].Value.Bytes, back[i].Value.Bytes);
        }
    }

    [Fact]
    public void NaN_payloads_are_kept()
    {
        var odd = Tensor.From<uint>(Shape.Of(1), [0x7FC12345]);
        var tensor = Tensor.Wrap(DType.Float32, Shape.Of(1), odd.Bytes.ToArray());
        Assert.Equal(odd.Bytes, TensorEncoding.Decode(TensorEncoding.Encode([new("n", tensor)]))[0].Value.Bytes);
    }

    [Fact]
    public void Every_truncation_and_every_extra_byte_is_refused()
    {
        var bytes = TensorEncoding.Encode(Sample);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ModelException>(() => TensorEncoding.Decode(bytes.AsSpan(0, length)));
        Assert.Throws<ModelException>(() => TensorEncoding.Decode([.. bytes, 0]));
    }

    [Fact]
    public void What_decodes_is_exactly_what_encodes()
    {
        var bytes = TensorEncoding.Encode(Sample);
        var noise = new Noise(1);
        for (var i = 0; i < 20_000; i++)
        {
            var mutated = noise.Mutate(bytes);
            try
            {
                Assert.Equal(mutated, TensorEncoding.Encode(TensorEncoding.Decode(mutated)));
            }
            catch (ModelException)
            {
            }
        }
    }

    [Fact]
    public void Two_tensors_of_one_name_are_refused() =>
        Assert.Throws<ModelException>(() => TensorEncoding.Encode([new("a", Tensor.Scalar(1f)), new("a", Tensor.Scalar(2f))]));

    [Fact]
    public void A_name_that_is_not_text_is_refused() =>
        Assert.Throws<ModelException>(() => TensorEncoding.Encode([new("\uD800", Tensor.Scalar(1f))]));

    [Fact]
    public void A_bool_of_two_is_refused()
    {
        var bytes = TensorEncoding.Encode([new("b", Tensor.Scalar(true))]);
        bytes[^1] = 2;
        Assert.Throws<ModelException>(() => TensorEncoding.Decode(bytes));
    }
}
