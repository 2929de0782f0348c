using System.Text;
using Assay.Audit.Oracles;

namespace Assay.Audit.Tests.Oracles;

public class ProbeSetTests
{
    private const string Good = """
        {"id": "a", "prompt": "2 + 2 =", "maxTokens": 4, "answer": {"number": "4"}}
        {"id": "b", "messages": [{"role": "user", "content": "Is 7 prime?"}], "temperatureThousandths": 700, "json": true}
        """;

    [Fact]
    public void A_file_of_probes_is_read_and_its_digest_is_of_every_byte()
    {
        var set = ProbeSet.Parse(Encoding.UTF8.GetBytes(Good));
        Assert.Equal(["a", "b"], set.Probes.Select(p => p.Id));
        Assert.Equal((4, 0, true, false), (set.Probes[0].MaxTokens, set.Probes[0].Temperature, set.Probes[0].Key is not null, set.Probes[0].IsChat));
        Assert.Equal((64, 700, true, true), (set.Probes[1].MaxTokens, set.Probes[1].Temperature, set.Probes[1].Schema, set.Probes[1].IsChat));
        Assert.NotEqual(set.Digest("graded"), ProbeSet.Parse(Encoding.UTF8.GetBytes(Good + "\n")).Digest("graded"));
        Assert.Equal(5, ((Verify.Crypto.Hash[])[set.Digest("graded"), set.Digest("drift"), set.Digest("graded", [1]), set.Digest("graded", [1], [2]), set.Digest("graded", [1, 2])]).Distinct().Count());
    }

    [Theory]
    [InlineData("", "no probe")]
    [InlineData("{", "line 1 is no JSON")]
    [InlineData("[]", "line 1 is no JSON object")]
    [InlineData("""{"id": "a", "id": "b", "prompt": "x"}""", "line 1 is no JSON")]
    [InlineData("""{"prompt": "x"}""", "\"id\" is missing")]
    [InlineData("""{"id": "a"}""", "one of \"prompt\" and \"messages\"")]
    [InlineData("""{"id": "a", "prompt": "x", "messages": [{"role": "user", "content": "x"}]}""", "one of")]
    [InlineData("""{"id": "a", "prompt": "x", "maxTokens": 5000}""", "\"maxTokens\" is a whole number from 1 to 4096")]
    [InlineData("""{"id": "a", "prompt": "x", "regex": "(a+)+"}""", "no member 'regex'")]
    [InlineData("""{"id": "a", "prompt": "x", "answer": {"regex": "(a+)+"}}""", "an answer has the members")]
    [InlineData("""{"id": "a", "prompt": "x", "answer": {"last": "c", "of": ["a", "b"]}}""", "none of \"of\"")]
    [InlineData("""{"id": "a", "prompt": "\ud800"}""", "line 1")]
    [InlineData("{\"id\": \"a\", \"prompt\": \"x\"}\n{\"id\": \"a\", \"prompt\": \"x\"}", "line 2: the id 'a' is there twice")]
    public void What_is_wrong_is_said_with_its_line(string file, string message)
    {
        var e = Assert.Throws<AuditException>(() => ProbeSet.Parse(Encoding.UTF8.GetBytes(file)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Random_damage_gives_the_typed_error_or_a_set()
    {
        var (random, refused) = (new Random(1), 0);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(Good);
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                _ = ProbeSet.Parse(bytes).Digest("graded");
            }
            catch (AuditException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 5_000, 19_999);
    }

    [Fact]
    public void Labels_that_come_later_change_no_digest_and_fit_once()
    {
        var set = ProbeSet.Parse(Encoding.UTF8.GetBytes(Good));
        var labelled = set.WithLabels("""{"id": "b", "answer": {"oneOf": ["yes", "Yes."]}}"""u8.ToArray());
        Assert.Equal(set.Digest("graded"), labelled.Digest("graded"));
        Assert.True(labelled.Probes[1].Key!.Accepts(" Yes.\n"));
        foreach (var wrong in (string[])["""{"id": "a", "answer": {"exact": "4"}}""", """{"id": "c", "answer": {"exact": "4"}}""", """{"id": "b"}""", """{"answer": {"exact": "4"}}""", "x"])
            Assert.Throws<AuditException>(() => set.WithLabels(Encoding.UTF8.GetBytes(wrong)));
    }

    [Theory]
    [InlineData("""{"exact": "4"}""", " 4\n", "four")]
    [InlineData("""{"contains": "paris"}""", "It is PARIS.", "It is Rome.")]
    [InlineData("""{"last": "[Yes]", "of": ["[Yes]", "[No]"]}""", "not [no], so [yes]", "[Yes]? [No]")]
    [InlineData("""{"last": "[Yes]", "of": ["[Yes]", "[No]"]}""", "[YES]", "")]
    [InlineData("""{"number": "-12.5"}""", "so x = -12.5.", "so x = 12.5")]
    [InlineData("""{"number": "1234567"}""", "about 1,234,567 of them", "about 1,234,568")]
    [InlineData("""{"number": "3", "within": "0.01"}""", "7 - 4 = 3.009", "3.02")]
    [InlineData("""{"number": "0.5"}""", "it is .5", "none")]
    [InlineData("""{"number": "3"}""", "from 1-3", "from 1 to -3")]
    public void Keys_accept_and_refuse(string key, string right, string wrong)
    {
        using var json = System.Text.Json.JsonDocument.Parse(key);
        var read = AnswerKey.Read(json.RootElement, "here");
        Assert.True(read.Accepts(right));
        Assert.False(read.Accepts(wrong));
    }

    [Fact]
    public void A_long_answer_of_digits_is_judged_in_time_and_breaks_nothing()
    {
        var key = new AnswerKey.Number(7, 0);
        foreach (var text in (string[])[new string('9', 1 << 20), new string(',', 1 << 20) + "7", string.Concat(Enumerable.Repeat("1,", 1 << 19)), "-", ".", "1.2.3", "\u22127"])
            _ = key.Accepts(text);
        Assert.True(new AnswerKey.Number(-7, 0).Accepts("\u22127"));
        Assert.False(new AnswerKey.Number(-9e26m, 1).Accepts(new string('9', 28)));
    }
}
