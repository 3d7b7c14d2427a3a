"""All tables behind one object."""

from sqlite_utils import Database

from storage.arxiv_records import ArxivRecords
from storage.card_updates import CardUpdates
from storage.channel_names import ChannelNames
from storage.deliveries import Deliveries
from storage.greetings import Greetings
from storage.heartbeats import Heartbeats
from storage.listings import Listings
from storage.mistake_reports import MistakeReports
from storage.model_requests import ModelRequests
from storage.papers import Papers
from storage.posts import Posts
from storage.saved_papers import SavedPapers
from storage.subscriptions import Subscriptions
from storage.summaries import Summaries
from storage.summary_failures import SummaryFailures
from storage.summary_requests import SummaryRequests


class Tables:
    """The tables over one connection; synchronous, and called through a `Runner`."""

    def __init__(self, database: Database) -> None:
        self.papers = Papers(database)
        self.arxiv_records = ArxivRecords(database)
        self.summaries = Summaries(database)
        self.listings = Listings(database)
        self.subscriptions = Subscriptions(database)
        self.deliveries = Deliveries(database)
        self.posts = Posts(database)
        self.channel_names = ChannelNames(database)
        self.greetings = Greetings(database)
        self.heartbeats = Heartbeats(database)
        self.saved_papers = SavedPapers(database)
        self.card_updates = CardUpdates(database)
        self.mistake_reports = MistakeReports(database)
        self.model_requests = ModelRequests(database)
        self.summary_failures = SummaryFailures(database)
        self.summary_requests = SummaryRequests(database)
