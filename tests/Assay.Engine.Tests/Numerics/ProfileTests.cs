using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

public class ProfileTests
{
    private static readonly string Text = Encoding.UTF8.GetString(Profile.Text.AsSpan());

    [Fact]
    public void The_digest_is_that_of_the_text()
    {
        Assert.StartsWith("# assay-f32-v1\n", Text, StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(Profile.Text.AsSpan()), Profile.Digest);
        Assert.DoesNotContain('\r', Text);
    }

    [Fact]
    public void Every_test_vector_of_the_text_holds()
    {
        var vectors = Text.Split('\n').SkipWhile(line => !line.StartsWith("## 12.", StringComparison.Ordinal))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.True(vectors.Length >= 40);
        foreach (var v in vectors)
            Assert.True(Apply(v[0], [.. v[1..^1].Select(Bits)]) == Bits(v[^1]),
                $"{string.Join(' ', v)}: computed {Apply(v[0], [.. v[1..^1].Select(Bits)]):X8}");
    }

    private static int Bits(string hex) => int.Parse(hex, NumberStyles.AllowHexSpecifier);

    private static int Apply(string function, int[] arguments)
    {
        var x = Array.ConvertAll(arguments, BitConverter.Int32BitsToSingle);
        return function switch
        {
            "fma" => BitConverter.SingleToInt32Bits(ScalarMath.Fma(x[0], x[1], x[2])),
            "exp" => BitConverter.SingleToInt32Bits(ScalarMath.Exp(x[0])),
            "log" => BitConverter.SingleToInt32Bits(ScalarMath.Log(x[0])),
            "tanh" => BitConverter.SingleToInt32Bits(ScalarMath.Tanh(x[0])),
            "sigmoid" => BitConverter.SingleToInt32Bits(ScalarMath.Sigmoid(x[0])),
            "pow" => BitConverter.SingleToInt32Bits(ScalarMath.Pow(x[0], x[1])),
            "sqrt" => BitConverter.SingleToInt32Bits(ScalarMath.Sqrt(x[0])),
            "float16" => HalfFloat.FromSingle(x[0]),
            "bfloat16" => BrainFloat.FromSingle(x[0]),
            _ => throw new InvalidOperationException(function),
        };
    }
}
