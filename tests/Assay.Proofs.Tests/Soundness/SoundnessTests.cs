using Assay.Proofs.Soundness;

namespace Assay.Proofs.Tests.Soundness;

public sealed class SoundnessTests
{
    // CNN-264k of docs/spec/proofs.md section 9: what its terms are is written there, to the nearest tenth of a bit; here they are rounded down.
    private static readonly SoundnessCounts Cnn = new(12, 3, 124, 132_656 + 27_648, 40, 20, 300, 58);

    [Fact]
    public void Terms_are_those_of_the_published_table()
    {
        var report = SoundnessReport.Of(Cnn);
        Assert.Equal((18, 1UL << 15), (Cnn.Depth, Cnn.Length));
        Assert.Equal((1066, 1150, 1046, 1029), (Tenths(report, "lookups"), Tenths(report, "tree"), Tenths(report, "proximity"), Tenths(report, "queries")));
        Assert.InRange(report.Centibits, 10_240, 10_259);
        var dense = SoundnessReport.Of(new SoundnessCounts(13, 3, 124, 15_372 + 57_856, 20, 14, 200, 2));
        Assert.Equal((1077, 1041, 1029), (Tenths(dense, "lookups"), Tenths(dense, "proximity"), Tenths(dense, "queries")));
        var batch = SoundnessReport.Of(new SoundnessCounts(14, 2, 152, 983_808 + 76_288, 20, 14, 300, 8));
        Assert.Equal((1039, 1041, 1030), (Tenths(batch, "lookups"), Tenths(batch, "proximity"), Tenths(batch, "queries")));
        Assert.All([report, dense, batch], r => Assert.True(r.Suffices, r.ToString()));
        Assert.True(SoundnessReport.IsSound(Cnn));
    }

    [Theory]
    [InlineData(1, 241, 247, 1025)]
    [InlineData(2, 148, 152, 1030)]
    [InlineData(3, 121, 124, 1029)]
    public void Queries_are_as_many_as_a_rate_needs(int logInverseRate, int least, int used, int tenths)
    {
        Assert.InRange(Tenths(Queries(logInverseRate, least), "queries"), 1000, 1009);
        Assert.True(Tenths(Queries(logInverseRate, least - 1), "queries") < 1000);
        Assert.Equal(tenths, Tenths(Queries(logInverseRate, used), "queries"));
    }

    [Fact]
    public void One_query_or_one_bit_too_few_does_not_suffice()
    {
        var most = Enumerable.Range(1, 200).First(q => SoundnessReport.Of(Cnn with { Queries = q }).Suffices);
        Assert.InRange(most, 121, 124);
        Assert.False(SoundnessReport.Of(Cnn with { Queries = most - 1 }).Suffices);
        Assert.Equal((true, false), (SoundnessReport.IsSound(Cnn with { Queries = most }), SoundnessReport.IsSound(Cnn with { Queries = most - 1 })));
        // Enough queries do not help where the field is too small for what it is asked.
        Assert.False(SoundnessReport.Of(Cnn with { Queries = 1000, ClaimCoordinates = 1 << 10 }).Suffices);
    }

    [Fact]
    public void The_sum_is_never_better_than_its_worst_term_and_says_each()
    {
        var report = SoundnessReport.Of(Cnn);
        Assert.True(report.Centibits <= report.Terms.Min(t => t.Centibits));
        Assert.Equal(report.Terms.Length + 1, report.ToString().Count(c => c == '\n'));
    }

    private static SoundnessReport Queries(int logInverseRate, int queries) => SoundnessReport.Of(Cnn with { LogInverseRate = logInverseRate, Queries = queries });

    private static int Tenths(SoundnessReport report, string name) => report.Terms.Single(t => t.Name == name).Centibits / 10;
}
