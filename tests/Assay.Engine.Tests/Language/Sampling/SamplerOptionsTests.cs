using System.Collections.Immutable;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;

namespace Assay.Engine.Tests.Language.Sampling;

public class SamplerOptionsTests
{
    [Fact]
    public void What_is_out_of_range_is_refused_by_its_name()
    {
        new SamplerOptions().Validate(10);
        SamplerOptions.Greedy.Validate(10);
        Refused("temperature is 3", new() { Temperature = 3 });
        Refused("temperature is NaN", new() { Temperature = float.NaN });
        Refused("top_p is -1", new() { TopP = -1 });
        Refused("min_p is 2", new() { MinP = 2 });
        Refused("top_k is -1", new() { TopK = -1 });
        Refused("presence_penalty is 2.5", new() { PresencePenalty = 2.5f });
        Refused("frequency_penalty is", new() { FrequencyPenalty = float.PositiveInfinity });
        Refused("token 10: the model has tokens 0 to 9", new() { LogitBias = Bias(10, 0) });
        Refused("logit_bias of token 3 is 101", new() { LogitBias = Bias(3, 101) });
        Assert.Throws<ModelException>(() => new SamplerOptions { LogitBias = Enumerable.Range(0, 1025).ToImmutableSortedDictionary(i => i, _ => 1f) }.Validate(5000));
    }

    private static ImmutableSortedDictionary<int, float> Bias(int token, float bias) => ImmutableSortedDictionary<int, float>.Empty.Add(token, bias);

    private static void Refused(string text, SamplerOptions options) =>
        Assert.Contains(text, Assert.Throws<ModelException>(() => options.Validate(10)).Message, StringComparison.Ordinal);
}
