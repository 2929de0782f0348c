using Assay.Market.Ledger;

namespace Assay.Market.Tests;

public sealed class BookTests
{
    [Fact]
    public void A_posting_that_takes_what_is_not_there_changes_nothing()
    {
        var (book, a, b) = (new Book(), Holder.Participant(0), Holder.Participant(1));
        book.Post(new Posting(Holder.Issuer, Asset.Unit, -100), new Posting(a, Asset.Unit, 100));
        Assert.Throws<MarketRefusal>(() => book.Post(new Posting(b, Asset.Unit, 101), new Posting(a, Asset.Unit, -101)));
        Assert.Equal((100L, 0L), (book.Of(a, Asset.Unit), book.Of(b, Asset.Unit)));
        Assert.Throws<InvalidOperationException>(() => book.Post(new Posting(a, Asset.Unit, 1)));
    }
}
