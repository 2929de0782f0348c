namespace Assay.Simulation.Tests;

public sealed class DrawsTests
{
    [Fact]
    public void A_seed_and_a_name_give_the_same_numbers_and_others_give_others()
    {
        Assert.Equal(Draws.Of(1, "a").Next(), Draws.Of(1, "a").Next());
        Assert.NotEqual(Draws.Of(1, "a").Next(), Draws.Of(1, "b").Next());
        Assert.NotEqual(Draws.Of(1, "a").Next(), Draws.Of(2, "a").Next());
        // The first number that SplitMix64 gives from 0, as published with it.
        Assert.Equal(0xE220A8397B1DCDAFUL, new Draws(0).Next());
    }
}
